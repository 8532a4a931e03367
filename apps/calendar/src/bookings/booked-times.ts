/**
 * The key of the booking that a busy time is the event of, as a column: null for every other time. Of an event that was made to repeat that is its first time
 * only, and what stands for that where it was moved alone.
 *
 * @param busy the name of a row of `busy_ranges`
 * @param zone what the zone of its calendar is called
 */
export const keyOfBooked = (busy: string, zone: string): string => `(
  SELECT master.event ->> 'key'
  FROM calendar_events AS master JOIN calendar_events AS known ON known.calendar_id = master.calendar_id AND known.generation = master.generation
    AND known.series_id = master.series_id
  WHERE master.calendar_id = ${busy}.calendar_id AND master.generation = ${busy}.generation AND master.series_id = ${busy}.series_id
    AND master.event_id = ${busy}.series_id AND master.event ->> 'key' IS NOT NULL AND known.event_id = ${busy}.event_id
    AND CASE WHEN known.event_id = master.event_id AND coalesce(jsonb_array_length(master.event -> 'recurrence'), 0) = 0 THEN true
      ELSE lower(${busy}.during) = moment_of(known.event -> 'start', ${zone})
        AND moment_of(coalesce(nullif(known.event -> 'originalStart', 'null'), known.event -> 'start'), ${zone})
          = moment_of(master.event -> 'start', ${zone}) END
  LIMIT 1)`;
