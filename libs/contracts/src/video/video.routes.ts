import { disconnectConnection } from '../auth/auth.requests.js';
import { defineRoute, forPeople } from '../definitions/define-route.js';
import { getVideoAccount, listVideoAccounts, updateVideoAccount } from './video.requests.js';

const tag = 'Video';

/** Paths of video accounts. */
export const videoRoutes = [
  defineRoute({ method: 'GET', path: '/api/v1/integrations/video', request: listVideoAccounts, access: forPeople, tag, summary: 'Video accounts' }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/video/:id',
    request: getVideoAccount,
    access: forPeople,
    tag,
    summary: 'A video account',
  }),
  defineRoute({
    method: 'PATCH',
    path: '/api/v1/integrations/video/:id',
    request: updateVideoAccount,
    access: forPeople,
    tag,
    summary: 'Switch automatic links, or pause the account',
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/integrations/video/:id',
    request: disconnectConnection,
    access: forPeople,
    status: 204,
    tag,
    summary: 'Disconnect a video account',
  }),
] as const;
