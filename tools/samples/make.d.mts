/** Types of `make.mjs`, for the test that makes the samples anew. */

/** Every file of `public/samples` that is made here, by name. */
export function makeSamples(): Map<string, string>;
