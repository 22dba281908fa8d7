/** A text that may hold `${NAME:-default}`, resolved when the bundle starts. */
export type EnvText = string;

/** Variables that a gateway is started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Replaces `${NAME}` and `${NAME:-default}`; a name that is unset or empty takes its default.
 *
 * @throws Error naming the variable when it is unset and has no default
 */
export function resolveEnvironment(text: EnvText, environment: Environment): string {
  return text.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/g, (_whole, name: string, fallback: string | undefined) => {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
    if (fallback !== undefined) return fallback;
    throw new Error(`The environment variable ${name} is not set.`);
  });
}
