/** Workgroup counts for kernels that give each invocation (or each workgroup) one linear index. */

/** WebGPU's guaranteed `maxComputeWorkgroupsPerDimension`. */
const LARGEST = 65535;

/**
 * Enough workgroups of `width` for `count` items, in x and, beyond 65535, in y. The kernel's linear
 * workgroup index is `group.y * groups.x + group.x`; indices past the end must be ignored.
 */
export function grid(count: number, width: number): readonly [number, number, number] {
  const groups = Math.ceil(count / width);
  if (groups <= LARGEST) return [groups, 1, 1];
  const rows = Math.ceil(groups / LARGEST);
  return [Math.ceil(groups / rows), rows, 1];
}
