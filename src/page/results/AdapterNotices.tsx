/** What a person should know of how an adapter was read. */

import { Message } from "../layout/Message";

export function AdapterNotices({ notices }: { notices: readonly string[] }) {
  return notices.map((notice) => (
    <Message key={notice} kind="info">
      {notice}
    </Message>
  ));
}
