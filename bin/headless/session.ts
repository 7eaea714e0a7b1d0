/** What every command of the runner that opens the studio's page has for as long as it goes on. */

import { ensureBuild, projectRoot } from "../../tools/build.mjs";
import { Interruption } from "./interruption";
import { type Progress, standardProgress } from "./progress";
import { type StudioServer, serveStudio } from "./server";

export interface Session {
  readonly server: StudioServer;
  readonly progress: Progress;
  readonly interruption: Interruption;
}

/**
 * Builds the studio where that is needed and serves it while the work goes on; then all is let go.
 * @param endpoint of the Hub
 * @throws {Interrupted} When a signal came while it was built.
 */
export async function withSession<Result>(
  endpoint: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const interruption = new Interruption();
  const progress = standardProgress();
  try {
    await interruption.givingUp(ensureBuild((line) => progress.note(line)));
    const server = await serveStudio(projectRoot, endpoint);
    try {
      return await work({ server, progress, interruption });
    } finally {
      await server.close();
    }
  } finally {
    progress.close();
    interruption.close();
  }
}
