import { Inject, Injectable } from '@nestjs/common';
import { Database } from '@patchbay/database';
import { AccountRows, type AccountRow } from '@patchbay/bookings';

export interface VideoAccountRow extends AccountRow {
  readonly auto_generate_links: boolean;
}

@Injectable()
export class AccountsRepository extends AccountRows<VideoAccountRow> {
  constructor(@Inject(Database) database: Database) {
    super(database);
  }
}
