/**
 * Stands for the package @stdlib/assert-has-generator-support, which finds out by evaluating text:
 * the page's policy forbids that, and reports each try. `vite.config.ts` puts it in the package's
 * place.
 */

module.exports = () => true;
