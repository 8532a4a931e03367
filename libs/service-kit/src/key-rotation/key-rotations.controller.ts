import { Controller, Inject, type Type } from '@nestjs/common';
import { getKeyRotation, startKeyRotation, stopKeyRotation, type KeyRotation, type SealingService } from '@patchbay/contracts';
import { OnRequest, type RequestContext } from '@patchbay/messaging';
import { requireOperator } from '../require-operator.js';
import { KeyRotations } from './key-rotations.js';

/** Answers for the rotation of the master keys of one service. */
export function keyRotationsController(service: SealingService): Type {
  @Controller()
  class KeyRotationsController {
    constructor(@Inject(KeyRotations) private readonly rotations: KeyRotations) {}

    @OnRequest(startKeyRotation(service))
    async start({ is_dry_run: isDryRun }: { is_dry_run: boolean }, context: RequestContext): Promise<KeyRotation> {
      requireOperator(context);
      return isDryRun ? this.rotations.dryRun() : this.rotations.start();
    }

    @OnRequest(getKeyRotation(service))
    async get(_: object, context: RequestContext): Promise<KeyRotation> {
      requireOperator(context);
      return this.rotations.latest();
    }

    @OnRequest(stopKeyRotation(service))
    async stop(_: object, context: RequestContext): Promise<KeyRotation> {
      requireOperator(context);
      return this.rotations.stop();
    }
  }
  return KeyRotationsController;
}
