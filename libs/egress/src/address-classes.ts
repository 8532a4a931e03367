import ipaddr from 'ipaddr.js';

/**
 * Networks that are not the public internet, beyond those that ipaddr.js knows by name.
 * https://www.iana.org/assignments/iana-ipv4-special-registry https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const furtherNetworks = [
  '0.0.0.0/8',
  '168.63.129.16/32', // the host below a machine of Azure: https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
  '192.88.99.0/24', // 6to4 relays, withdrawn
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // AMT
  '192.175.48.0/24', // AS112
  '240.0.0.0/4',
  '::/96', // IPv4-compatible, withdrawn
  '64:ff9b::/96', // NAT64
  '64:ff9b:1::/48', // NAT64 of one's own network
  '100::/64', // discard
  '100:0:0:1::/64',
  '2001::/23', // protocol assignments, Teredo among them
  '2001:db8::/32',
  '2002::/16', // 6to4
  '3fff::/20', // documentation
  '5f00::/16', // SRv6
  'fec0::/10', // site-local, withdrawn
].map((cidr) => ipaddr.parseCIDR(cidr));

/** The one range in which the public internet has IPv6 addresses (RFC 4291 section 2.4). */
const globalUnicast = ipaddr.parseCIDR('2000::/3');

/**
 * True for an address of the public internet. Everything else is refused: an address inside our own network, of the machine itself, of a cloud's
 * metadata, and every form in which an IPv4 address hides inside an IPv6 one.
 */
export function isPublicAddress(text: string): boolean {
  // A zone (`fe80::1%eth0`) only makes sense for an address that is refused anyway.
  if (!ipaddr.isValid(text) || text.includes('%')) return false;
  const address = ipaddr.parse(text);
  if (address.kind() === 'ipv6') {
    const v6 = address as ipaddr.IPv6;
    // `::ffff:10.0.0.1` reaches 10.0.0.1; nobody publishes such a form for a public address either.
    if (v6.isIPv4MappedAddress() || !v6.match(globalUnicast)) return false;
  }
  return (
    address.range() === 'unicast' &&
    !furtherNetworks.some(([network, bits]) => address.kind() === network.kind() && address.match([network, bits] as never))
  );
}
