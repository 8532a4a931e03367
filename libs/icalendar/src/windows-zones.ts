/**
 * The IANA name of a time zone: of `W. Europe Standard Time`, as Windows, Outlook and Exchange call it, it is `Europe/Berlin`; an IANA name is
 * its own. Null for a name that nobody knows.
 */
export function toIanaZone(name: string): string | null {
  return isIana(name) ? name : null;
}

function isIana(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
