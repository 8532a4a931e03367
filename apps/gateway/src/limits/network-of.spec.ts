import { networkOf } from './network-of.js';

describe('networkOf', () => {
  it.each(['2001:db8::1', '2001:db8::2', '2001:db8::a:1', '2001:0db8:0:0:a:b:c:d', '2001:DB8:0:0::', '2001:db8::1%eth0'])(
    'counts a network as one, whichever of its addresses calls and however it is spelled (%s)',
    (address) => {
      expect(networkOf(address)).toBe('2001:db8:0:0');
    },
  );

  it('tells networks apart', () => {
    expect(networkOf('2001:db8:0:1::1')).toBe('2001:db8:0:1');
    expect(networkOf('2001:db8:1::1')).toBe('2001:db8:1:0');
    expect(networkOf('::1')).toBe('0:0:0:0');
  });

  it.each(['192.0.2.1', '::ffff:192.0.2.1'])('takes an IPv4 address for itself alone (%s)', (address) => {
    expect(networkOf(address)).toBe(address);
  });
});
