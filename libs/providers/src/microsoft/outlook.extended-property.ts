/** The id of a property of ours; named properties of everybody live in this set. https://learn.microsoft.com/graph/api/resources/extended-properties-overview */
export const extendedProperty = (name: string): string => `String {00020329-0000-0000-c000-000000000046} Name ${name}`;

/** Finds what has a property with this value. https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get */
export const filterByProperty = (id: string, value: string): string =>
  `singleValueExtendedProperties/any(ep: ep/id eq '${id}' and ep/value eq '${value.replaceAll("'", "''")}')`;
