/**
 * Names requests that the page's Content-Security-Policy refused: what asked is told no more than
 * that the server was not reached.
 */

/**
 * @param ask Makes requests.
 * @returns What `ask` resolves to.
 * @throws Error naming the server where the policy refused a request meanwhile; else what `ask`
 * throws.
 */
export async function namePolicyRefusals<Result>(ask: () => Promise<Result>): Promise<Result> {
  let refused: string | null = null;
  const note = ({ blockedURI }: SecurityPolicyViolationEvent) => {
    refused ??= URL.canParse(blockedURI) ? new URL(blockedURI).origin : blockedURI;
  };
  // Node has neither such policies nor this event.
  globalThis.addEventListener?.("securitypolicyviolation", note);
  try {
    return await ask();
  } catch (error) {
    // The event comes in a task of its own, after the request has failed.
    await new Promise((resolve) => setTimeout(resolve));
    if (refused === null) throw error;
    throw new Error(
      `This page may not ask ${refused}, or a file server that it points to: the page's security policy names the ` +
        `servers that it may reach. Start the studio with "npm start -- --hub ${refused}"; where somebody else serves ` +
        "it, its docs/hosting.md tells them how to allow one more.",
    );
  } finally {
    globalThis.removeEventListener?.("securitypolicyviolation", note);
  }
}
