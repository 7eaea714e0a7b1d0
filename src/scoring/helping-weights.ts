/** Weights of rows by how much learning from each helps other rows. */

/**
 * What each row should count for: nothing where it harms, else as much as it helps, 1 on average
 * (LiST; Wang et al. 2022, after Ren et al. 2018). Null where no row helps.
 * @param products of every row's gradient with the other rows' (`scores.ts`)
 */
export function helpingWeights(products: Float64Array): Float64Array | null {
  const helping = products.map((product) => Math.max(0, product));
  const sum = helping.reduce((total, product) => total + product, 0);
  return sum > 0 ? helping.map((product) => (product * helping.length) / sum) : null;
}
