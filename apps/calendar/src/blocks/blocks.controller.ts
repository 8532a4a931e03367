import { Controller, Inject } from '@nestjs/common';
import { createBlock, deleteBlock, getBlock, listBlocks, updateBlock, type InputOf, type ManualBlock, type OutputOf } from '@patchbay/contracts';
import { OnRequest, requireUser, type RequestContext } from '@patchbay/messaging';
import { BlocksService } from './blocks.service.js';

@Controller()
export class BlocksController {
  constructor(@Inject(BlocksService) private readonly blocks: BlocksService) {}

  @OnRequest(listBlocks)
  list(input: InputOf<typeof listBlocks>, context: RequestContext): Promise<OutputOf<typeof listBlocks>> {
    return this.blocks.list(requireUser(context), input);
  }

  @OnRequest(getBlock)
  get(input: InputOf<typeof getBlock>, context: RequestContext): Promise<ManualBlock> {
    return this.blocks.get(requireUser(context), input.block_id);
  }

  @OnRequest(createBlock)
  create(input: InputOf<typeof createBlock>, context: RequestContext): Promise<ManualBlock> {
    return this.blocks.create(requireUser(context), input);
  }

  @OnRequest(updateBlock)
  update(input: InputOf<typeof updateBlock>, context: RequestContext): Promise<ManualBlock> {
    return this.blocks.update(requireUser(context), input);
  }

  @OnRequest(deleteBlock)
  remove(input: InputOf<typeof deleteBlock>, context: RequestContext): Promise<null> {
    return this.blocks.remove(requireUser(context), input.block_id);
  }
}
