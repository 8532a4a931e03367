import { defineRoute, forAdmins, forEveryone, forPeople } from '../definitions/define-route.js';
import * as auth from './auth.requests.js';

const connections = 'Connections';
const identity = 'Identity';

/** Paths of people, API keys and connections. */
export const authRoutes = [
  defineRoute({
    method: 'GET',
    path: '/api/v1/auth/me',
    request: auth.getMe,
    access: forPeople,
    tag: identity,
    summary: 'The person behind the access token',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/auth/jwks',
    request: auth.getSigningKeys,
    access: 'public',
    tag: identity,
    summary: 'The keys that access tokens are signed with',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/v1/auth/api-keys',
    request: auth.listApiKeys,
    access: forAdmins,
    tag: identity,
    summary: 'API keys of services',
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/auth/api-keys',
    request: auth.createApiKey,
    access: forAdmins,
    status: 201,
    tag: identity,
    summary: 'Create an API key; it is shown once',
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/auth/api-keys/:id',
    request: auth.revokeApiKey,
    access: forAdmins,
    status: 204,
    tag: identity,
    summary: 'Revoke an API key',
  }),

  defineRoute({
    method: 'GET',
    path: '/api/v1/integrations/providers',
    request: auth.listProviders,
    access: forEveryone,
    tag: connections,
    summary: 'Providers, and which of them are configured',
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/integrations/oauth/initiate',
    request: auth.startConnection,
    access: forPeople,
    tag: connections,
    summary: 'Begin to connect an account',
  }),
  defineRoute({
    method: 'POST',
    path: '/api/v1/integrations/oauth/callback',
    request: auth.finishConnection,
    access: forPeople,
    tag: connections,
    summary: 'Finish connecting an account',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/integrations/oauth/:provider/auth-url',
    request: auth.startConnection,
    access: forPeople,
    tag: connections,
    summary: 'Begin to connect an account (JSON style)',
  }),
  defineRoute({
    method: 'POST',
    path: '/api/integrations/oauth/:provider/callback',
    request: auth.finishConnection,
    access: forPeople,
    tag: connections,
    summary: 'Finish connecting an account (JSON style)',
  }),
  defineRoute({
    method: 'GET',
    path: '/api/integrations/connections',
    request: auth.listConnections,
    access: forPeople,
    tag: connections,
    summary: 'Connected accounts',
  }),
  defineRoute({
    method: 'DELETE',
    path: '/api/integrations/connections/:id/disconnect',
    request: auth.disconnectConnection,
    access: forPeople,
    status: 204,
    tag: connections,
    summary: 'Disconnect an account and revoke its grant',
  }),
] as const;
