process.stdout.write('gw\n');
