import { ProviderError, providerErrorCodes } from '@patchbay/capabilities';
import { z } from 'zod';
import { fieldFaults, toAppError } from './credential-failures.js';

describe('a failed check', () => {
  it.each([
    ['unauthorized', 'credentials_refused'],
    ['forbidden', 'credentials_refused'],
    ['not_found', 'credentials_refused'],
    ['invalid_request', 'credentials_refused'],
    ['address_refused', 'address_not_allowed'],
    ['rate_limited', 'provider_unavailable'],
    ['unavailable', 'provider_unavailable'],
    ['invalid_response', 'provider_unavailable'],
  ] as const)('with %s is told as %s', (code, told) => {
    expect(toAppError(new ProviderError('s3', code)).code).toBe(told);
  });

  it('is told whatever its code is', () => {
    expect(providerErrorCodes.map((code) => toAppError(new ProviderError('s3', code)).status).filter((status) => status < 400)).toEqual([]);
  });

  it("tells the provider's own word beside ours", () => {
    const failure = toAppError(new ProviderError('s3', 'unauthorized', { reason: 'SignatureDoesNotMatch' }));

    expect(failure.details).toEqual({ reason: 'unauthorized', provider_reason: 'SignatureDoesNotMatch' });
  });
});

describe('faults of a form', () => {
  const form = z.strictObject({
    bucket: z
      .string('enter the bucket')
      .min(3, 'is too short')
      .regex(/^[a-z]+$/, 'must be small letters'),
    region: z.string('enter the region'),
  });
  const faultsOf = (values: object) => fieldFaults(form.safeParse(values).error ?? new z.ZodError([]));

  it('name each field once, and what to do first', () => {
    expect(faultsOf({ bucket: 'A' })).toEqual({ bucket: 'is too short', region: 'enter the region' });
  });

  it('name fields that nobody asked for', () => {
    expect(faultsOf({ bucket: 'files', region: 'eu', key: 'x', more: 'y' })).toEqual({ key: 'is not asked for', more: 'is not asked for' });
  });
});
