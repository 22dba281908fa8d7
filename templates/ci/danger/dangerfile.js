// For teams that use Danger, after: gw diff "$BASE" --format json=gw-report.json --format markdown=gw-comment.md
const { readFileSync } = require('node:fs');

const { verdict, summary, reviewers } = JSON.parse(readFileSync('gw-report.json', 'utf8'));
const counts = `${summary.weakened} weakened, ${summary.breaking} breaking, ${summary.conflicts} conflicts`;
if (verdict === 'fail') fail(`gw: ${counts}`);
else if (summary.potential > 0) warn(`gw: ${summary.potential} changes may break clients`);
for (const { handles, why } of reviewers) message(`Needs ${handles.join(' ')} (${why.join(', ')})`);
// Texts of documents are in the comment alone: it escapes them.
markdown(readFileSync('gw-comment.md', 'utf8'));
