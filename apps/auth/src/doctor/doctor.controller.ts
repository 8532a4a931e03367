import { Controller, Inject } from '@nestjs/common';
import { examineInstallation, type InputOf, type OutputOf } from '@patchbay/contracts';
import { OnRequest } from '@patchbay/messaging';
import { DoctorService } from './doctor.service.js';

@Controller()
export class DoctorController {
  constructor(@Inject(DoctorService) private readonly doctor: DoctorService) {}

  @OnRequest(examineInstallation)
  examine(input: InputOf<typeof examineInstallation>): Promise<OutputOf<typeof examineInstallation>> {
    return this.doctor.examine(input);
  }
}
