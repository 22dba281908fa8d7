/**
 * Loaded into a process before anything else: notes on file descriptor 3 every file and folder whose content it asks for, and every connection
 * and name that it looks for.
 */
import dns from 'node:dns';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';

const { writeSync } = fs;
const note = (what, name) => writeSync(3, `${what} ${String(name)}\n`);

function watch(holder, what, names, nameOf = ([first]) => first) {
  for (const name of names) {
    const own = holder[name];
    holder[name] = function witnessed(...args) {
      note(what, nameOf(args));
      return own.apply(this, args);
    };
  }
}

watch(fs, 'file', [
  'readFileSync',
  'openSync',
  'readFile',
  'open',
  'createReadStream',
  'readdirSync',
  'readdir',
  'opendirSync',
  'cpSync',
]);
watch(fs.promises, 'file', ['readFile', 'open', 'readdir', 'opendir']);
watch(dns, 'name', ['lookup', 'resolve']);
watch(net.Socket.prototype, 'connection', ['connect'], (args) => JSON.stringify(args[0]));
syncBuiltinESMExports();
