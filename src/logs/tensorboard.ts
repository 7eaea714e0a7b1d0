/**
 * A run as TensorBoard's event file: its figures as scalars, its settings as a text. How such a
 * file is framed: `records.ts`.
 */

import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { DataType, EventSchema } from "./event_pb";
import type { LogPoint } from "./points";
import { recordFile } from "./records";

/** The version that TensorBoard takes scalars in. */
const FILE_VERSION = "brain.Event:2";

/**
 * The file's bytes.
 * @param started When the comparison began; a point's time is that and its seconds of training.
 * @param settings As Markdown.
 */
export function eventFile(points: readonly LogPoint[], started: Date, settings: string): Uint8Array<ArrayBuffer> {
  const begun = started.getTime() / 1000;
  const event = (init: MessageInitShape<typeof EventSchema>) => toBinary(EventSchema, create(EventSchema, init));
  return recordFile([
    event({ wallTime: begun, what: { case: "fileVersion", value: FILE_VERSION } }),
    event({ wallTime: begun, what: { case: "summary", value: { value: [textValue("settings", settings)] } } }),
    ...points.map(({ step, seconds, values }) =>
      event({
        wallTime: begun + seconds,
        step: BigInt(step),
        what: {
          case: "summary",
          value: {
            value: Object.entries(values).map(([tag, value]) => ({ tag, value: { case: "simpleValue", value } })),
          },
        },
      }),
    ),
  ]);
}

/** A text as TensorBoard's text plugin reads it: a tensor of one string. */
function textValue(tag: string, text: string) {
  return {
    tag: `${tag}/text_summary`,
    metadata: { pluginData: { pluginName: "text" } },
    value: {
      case: "tensor" as const,
      value: { dtype: DataType.DT_STRING, tensorShape: { dim: [{ size: 1n }] }, stringVal: [utf8ToBytes(text)] },
    },
  };
}
