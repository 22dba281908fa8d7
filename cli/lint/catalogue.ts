import type { Rule } from './rule.ts';
import governanceSuppression from './rules/governance/suppression.ts';
import specParse from './rules/spec/parse.ts';
import specRefMisplaced from './rules/spec/ref-misplaced.ts';
import specRefOutside from './rules/spec/ref-outside.ts';
import specRefRemote from './rules/spec/ref-remote.ts';
import specRefUnresolved from './rules/spec/ref-unresolved.ts';
import specStructure from './rules/spec/structure.ts';
import specStructureDoc from './rules/spec/structure-doc.ts';
import specVersion from './rules/spec/version.ts';

/** Every rule there is, those that other stages report included. An explicit list: a rule that is not in it does not exist. */
export const catalogue: readonly Rule[] = [
  specParse,
  specVersion,
  specStructure,
  specStructureDoc,
  specRefUnresolved,
  specRefRemote,
  specRefOutside,
  specRefMisplaced,
  governanceSuppression,
];
