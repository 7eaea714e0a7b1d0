// Shared by the gradients of attention's queries and of its keys and values: a thread computes a
// tile of `out`, 4 tokens × 4 elements.

// Four elements of a token, from `first` on, without those past headSize.
fn store(start: u32, first: u32, values: vec4f) {
  for (var d = 0u; d < 4 && first + d < sizes.headSize; d++) {
    var value = values[d];
    if (ACCUMULATE == 1) {
      value += f32(out[start + first + d]);
    }
    out[start + first + d] = Element(value);
  }
}

// The tile's tokens begin at `start`, `step` apart; of the `tokens` that are left, four at most are
// stored.
fn storeTile(start: u32, step: u32, tokens: u32, first: u32, values: mat4x4f) {
  store(start, first, values[0]);
  if (tokens > 1) {
    store(start + step, first, values[1]);
  }
  if (tokens > 2) {
    store(start + 2 * step, first, values[2]);
  }
  if (tokens > 3) {
    store(start + 3 * step, first, values[3]);
  }
}
