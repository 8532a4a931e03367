import { runService } from '@patchbay/service-kit';
import { videoService } from './video.module.js';

await runService(videoService);
