// Activation functions with their derivatives, shared by the plain and the gated backward kernel.
// KIND: 0 relu, 1 gelu (Hendrycks & Gimpel 2016, with erf), 2 gelu's tanh approximation, 3 silu, 4
// tanh, 5 sigmoid.

const SQRT_HALF = 0.70710678118654752;
const INVERSE_SQRT_TWO_PI = 0.39894228040143268;
const SQRT_TWO_OVER_PI = 0.79788456080286536;
const CUBIC = 0.044715;

// 1 / (1 + exp(-x)), exact in both tails.
fn sigmoid(x: f32) -> f32 {
  let decay = exp(-abs(x));
  return select(decay, 1.0, x >= 0) / (1 + decay);
}

// The standard normal distribution function, by Chebyshev's approximation of erfc (Press et al.
// 1992, Numerical Recipes, 6.2): its error is below 1.2e-7 of its value, in the tail too.
fn normalDistribution(x: f32) -> f32 {
  let z = abs(x) * SQRT_HALF;
  let t = 1 / (1 + 0.5 * z);
  var exponent = 0.17087277;
  exponent = -0.82215223 + t * exponent;
  exponent = 1.48851587 + t * exponent;
  exponent = -1.13520398 + t * exponent;
  exponent = 0.27886807 + t * exponent;
  exponent = -0.18628806 + t * exponent;
  exponent = 0.09678418 + t * exponent;
  exponent = 0.37409196 + t * exponent;
  exponent = 1.00002368 + t * exponent;
  exponent = -1.26551223 + t * exponent;
  let tail = 0.5 * t * exp(exponent) * exp(-z * z);
  return select(tail, 1 - tail, x >= 0);
}

// (f(x), f'(x))
fn activation(x: f32) -> vec2f {
  switch (KIND) {
    case 0: {
      return select(vec2f(), vec2f(x, 1), x > 0);
    }
    case 1: {
      let distribution = normalDistribution(x);
      return vec2f(x * distribution, distribution + x * INVERSE_SQRT_TWO_PI * exp(-0.5 * x * x));
    }
    case 2: {
      // 0.5 (1 + tanh(u)) = sigmoid(2u)
      let gate = sigmoid(2 * SQRT_TWO_OVER_PI * (x + CUBIC * x * x * x));
      let slope = 2 * SQRT_TWO_OVER_PI * (1 + 3 * CUBIC * x * x);
      return vec2f(x * gate, gate + x * gate * (1 - gate) * slope);
    }
    case 3: {
      let gate = sigmoid(x);
      return vec2f(x * gate, gate * (1 + x * sigmoid(-x)));
    }
    case 4: {
      let decay = exp(-2 * abs(x));
      let size = 1 + decay;
      return vec2f(sign(x) * (1 - decay) / size, 4 * decay / (size * size));
    }
    default: {
      let gate = sigmoid(x);
      return vec2f(gate, gate * sigmoid(-x));
    }
  }
}
