import { placeOf } from '../../../load/document.ts';
import { below } from '../../../load/pointer.ts';
import { isPrivateHost } from '../../private-host.ts';
import { defineRule } from '../../rule.ts';

export default defineRule({
  id: 'security/http-server',
  severity: 'error',
  presets: ['recommended'],
  summary: 'Every public server URL is https.',
  why: 'Clients take the address from here; over http everybody on the way reads their credentials. Addresses of private networks are let pass.',
  fix: 'Write https, or leave the host away: gw needs the path only.',
  source: 'RFC 9110 §17.1; RFC 9325 §3.1',
  create: ({ report }) => ({
    server(visit) {
      const { url } = visit.node.value;
      if (!visit.read || typeof url !== 'string' || !/^http:\/\//i.test(url)) return;
      const [host = ''] = url.slice('http://'.length).split(/[/?#]/);
      // The value of a variable is another's to choose.
      if (host.includes('{') || !URL.canParse(`http://${host}`) || isPrivateHost(new URL(`http://${host}`).hostname)) return;
      const at = { ...placeOf(visit.node), pointer: below(visit.node.pointer, 'url') };
      report({ at, message: 'This server is not https', visit });
    },
  }),
});
