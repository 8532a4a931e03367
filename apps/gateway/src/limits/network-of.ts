import { isIPv6 } from 'node:net';

const groupsMax = 8;
const networkGroups = 4;

/** Whose an address is: whoever has one IPv6 address has a whole /64 of them (RFC 4291 section 2.5.4), in however many spellings. */
export function networkOf(address: string): string {
  const [plain = ''] = address.split('%');
  // An IPv4 address in the clothes of an IPv6 one has no network around it.
  if (!isIPv6(plain) || plain.includes('.')) return address;
  const [before = [], after = []] = plain.split('::').map((part) => part.split(':').filter((group) => group !== ''));
  const zeros = Array.from({ length: groupsMax - before.length - after.length }, () => '0');
  const groups = [...before, ...zeros, ...after].slice(0, networkGroups);
  return groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
}
