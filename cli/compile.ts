/**
 * The compiler, as the calls it consists of:
 *
 *   load → resolve → lint → merge → plan → emit → bundle
 *
 * One folder each. Mistakes in documents come back as diagnostics, all of them; only a broken environment throws.
 */
