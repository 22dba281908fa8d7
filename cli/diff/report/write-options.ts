/** How a report is written. */
export interface WriteOptions {
  readonly color: boolean;
  /** Show changes of documentation too. */
  readonly docs: boolean;
  /** What a path of the head stands behind on the forge, `https://github.com/acme/apis/blob/<commit>/`. */
  readonly links?: string;
}
