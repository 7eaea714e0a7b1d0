// What speaks for learning from a label. RULE 0: a number drawn by (i, salt, seed, step). RULE 1:
// sign · ((1 − neighbours) · p(i) + neighbours · (p(i − 1) + p(i + 1))), where p = exp(loss) is a
// label's perplexity, and 0 where there is no label or another row. RULE 2: sign · loss.
// −3e38, never kept, where the label is negative or its row is not kept; 3e38, always kept, where
// only rows with `pruned` 1 lose labels (SOME 1) and its row has 0.
// losses: [rows · span, 4], the first of four; labels, scores: [rows · span]; keptRows, pruned:
// [rows]; draw: seed, step.

const END = 3e38;
// e⁸⁰ and three of them are finite.
const MOST = 80f;

fn perplexity(i: u32) -> f32 {
  return select(0f, exp(min(losses[i * 4], MOST)), labels[i] >= 0);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.rows * sizes.span) {
    return;
  }
  let row = i / sizes.span;
  let place = i % sizes.span;
  if (labels[i] < 0 || keptRows[row] == 0) {
    scores[i] = -END;
    return;
  }
  if (SOME == 1 && pruned[row] == 0) {
    scores[i] = END;
    return;
  }
  if (RULE == 0) {
    scores[i] = uniform01(vec4u(i, sizes.salt, u32(draw[0]), u32(draw[1])));
    return;
  }
  if (RULE == 2) {
    scores[i] = sizes.sign * losses[i * 4];
    return;
  }
  var beside = 0f;
  if (place > 0) {
    beside += perplexity(i - 1);
  }
  if (place + 1 < sizes.span) {
    beside += perplexity(i + 1);
  }
  scores[i] = sizes.sign * ((1 - sizes.neighbours) * perplexity(i) + sizes.neighbours * beside);
}
