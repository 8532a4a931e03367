import { z } from 'zod';
import type { FakeResponse } from '../../_kit/fake.js';
import { emptyAnswer, jsonAnswer, jsonObjectOf } from '../../_kit/fake-http.js';
import { graphError } from '../microsoft.fake-errors.js';
import { failures, listAnswer, type OutlookCall } from './outlook.fake-answers.js';
import type { StoredCalendar } from './outlook.fake-calendars.js';
import type { GraphAnswer } from './outlook.fake-events.js';
import { calendarRoles, type StoredPermission } from './outlook.fake-permissions.js';

const role = z.enum(calendarRoles);
const newPermission = z.object({
  emailAddress: z.object({ address: z.string(), name: z.string().optional() }),
  role,
  isInsideOrganization: z.boolean().optional(),
  isRemovable: z.boolean().optional(),
});

/** Nobody has an address there; each Graph has such addresses. */
const nobody = /^[^@\s]+@nowhere\.example$/i;

/** Answers what lies below `/calendarPermissions` of a calendar. https://learn.microsoft.com/graph/api/resources/calendarpermission */
export const answerPermissions = (call: OutlookCall, calendar: StoredCalendar, id: string | undefined): FakeResponse | null => {
  const { method } = call.request;
  const isOwner = calendar.owner.address === call.email;
  if (id === undefined && method === 'GET')
    return listAnswer(call, isOwner ? [...calendar.permissions.values()].map(toGraphPermission) : [], context);
  if (!isOwner) return failures.accessDenied();
  if (id === undefined) return method === 'POST' ? grant(call, calendar) : null;
  const permission = calendar.permissions.get(id);
  if (permission === undefined) return failures.itemNotFound();
  if (method === 'GET') return jsonAnswer(200, toGraphPermission(permission));
  if (method === 'PATCH') return change(call, calendar, permission);
  return method === 'DELETE' ? revoke(calendar, permission) : null;
};

const context = 'calendarPermissions';

const grant = ({ request }: OutlookCall, calendar: StoredCalendar): FakeResponse => {
  const parsed = newPermission.safeParse(jsonObjectOf(request));
  const { emailAddress, ...rest } = parsed.success ? parsed.data : { emailAddress: { address: '' }, role: 'none' as const };
  const { address } = emailAddress;
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(address) || nobody.test(address)) return refused('The user or group was not found.');
  const known = [...calendar.permissions.values()].some((permission) => permission.address?.toLowerCase() === address.toLowerCase());
  if (known) return refused('The specified user already has a permission.');
  const id = Buffer.from(address.toLowerCase()).toString('base64');
  const name = ('name' in emailAddress ? emailAddress.name : undefined) ?? address;
  const permission = { id, address, name, role: rest.role, isInsideOrganization: sameDomain(address, calendar.owner.address) };
  calendar.permissions.set(id, permission);
  return jsonAnswer(201, toGraphPermission(permission));
};

const refused = (message: string): FakeResponse => graphError(400, 'ErrorInvalidRequest', message);

const sameDomain = (one: string, other: string): boolean => one.split('@')[1]?.toLowerCase() === other.split('@')[1]?.toLowerCase();

/** Nothing of a permission can be changed but the role. */
const change = ({ request }: OutlookCall, calendar: StoredCalendar, permission: StoredPermission): FakeResponse => {
  const parsed = z.strictObject({ role }).safeParse(jsonObjectOf(request));
  if (!parsed.success) return failures.invalidProperty();
  const changed = { ...permission, role: parsed.data.role };
  calendar.permissions.set(permission.id, changed);
  return jsonAnswer(200, toGraphPermission(changed));
};

const revoke = (calendar: StoredCalendar, { id, address }: StoredPermission): FakeResponse => {
  if (address === null) return refused('This permission cannot be removed.');
  calendar.permissions.delete(id);
  return emptyAnswer();
};

const toGraphPermission = ({ id, address, name, role: current, isInsideOrganization }: StoredPermission): GraphAnswer => ({
  id,
  isRemovable: address !== null,
  isInsideOrganization,
  role: current,
  allowedRoles: isInsideOrganization ? [...calendarRoles] : ['freeBusyRead', 'limitedRead', 'read', 'write'],
  emailAddress: address === null ? { name } : { name, address },
});
