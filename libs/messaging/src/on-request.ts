import { Ctx, MessagePattern, Payload } from '@nestjs/microservices';
import { requestSubjectOf, type InputOf, type OutputOf, type RequestContract } from '@patchbay/contracts';
import type { RequestContext } from './request-context.js';

/** The contracts behind request subjects, so that an input is checked before its handler sees it. */
const contracts = new Map<string, RequestContract>();

/** The contract that a handler of this build answers on a subject. */
export const requestContractOf = (subject: string): RequestContract | undefined => contracts.get(subject);

/** Answers one request. Input and output types come from the contract; the input has been checked when the method runs. */
export function OnRequest<Contract extends RequestContract>(contract: Contract) {
  return <Method extends (input: InputOf<Contract>, context: RequestContext) => Promise<OutputOf<Contract>>>(
    target: object,
    key: string | symbol,
    method: TypedPropertyDescriptor<Method>,
  ): void => {
    const subject = requestSubjectOf(contract);
    contracts.set(subject, contract);
    Payload()(target, key, 0);
    Ctx()(target, key, 1);
    MessagePattern(subject)(target, key, method as PropertyDescriptor);
  };
}
