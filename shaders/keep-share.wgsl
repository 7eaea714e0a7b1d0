// In every run of `span` scores those are kept that are the highest share of its n candidates,
// rounded up: kept[i] = 1 where fewer than ⌈share · n⌉ candidates of the run come before i, else 0.
// The higher comes first, of equals the one with the lower index. Candidates lie between −3e38 and
// 3e38; a score of −3e38 is never kept, one of 3e38 always, and neither is counted. scores, kept:
// [count]; the last run may be shorter.

const END = 3e38;

// share is rounded to f32, and so is its product: what is a whole number must not be rounded up.
const SLACK = 1e-3;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 64 + id.x;
  if (i >= sizes.count) {
    return;
  }
  let own = scores[i];
  let first = i / sizes.span * sizes.span;
  var candidates = 0f;
  var before = 0f;
  for (var j = first; j < min(first + sizes.span, sizes.count); j++) {
    let other = scores[j];
    if (abs(other) < END) {
      candidates += 1;
      before += select(0f, 1f, other > own || (other == own && j < i));
    }
  }
  let most = ceil(sizes.share * candidates - SLACK);
  kept[i] = select(select(0f, 1f, before < most), select(0f, 1f, own > 0), abs(own) >= END);
}
