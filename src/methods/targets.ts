/** Which linears or norms of the blocks an option's names mean. */

/** Whether a module's path ends with one of these names, as PEFT matches `target_modules`. */
export function isTarget(path: string, targets: readonly string[]): boolean {
  return targets.some((target) => path.endsWith(`.${target}`));
}
