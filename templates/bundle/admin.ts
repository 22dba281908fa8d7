/** Entry of the admin listener: what its own document compiled to. */

import { document, scopes } from 'gw:admin-document';
import { table } from 'gw:admin-matcher';
import { validators } from 'gw:admin-validators';
import { gateway } from 'gw:admin-wiring';
import type { AdminParts } from '../../runtime/host/admin/parts.ts';

export const admin: AdminParts = { gateway, table, validators, scopes, document };
