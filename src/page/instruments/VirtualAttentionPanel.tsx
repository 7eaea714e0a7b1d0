/** How much attention a text gives to a run's virtual tokens: by layer, then token by token. */

import { useState } from "react";
import type { InstrumentResult } from "../../worker/api";
import { SelectField } from "../fields/SelectField";
import { MeasureWhenOpened } from "./MeasureWhenOpened";
import type { AnswerPanelProps } from "./panel";
import { ShareTable } from "./ShareTable";

type Attention = InstrumentResult<"virtual-attention">;

const MEAN = "mean";

const READERS: Record<Attention["reader"], string> = {
  "last token": "the last token, which the head reads",
  "first token": "the first token, which the head reads",
  "first virtual token": "the first virtual token, which the head reads",
  "mean of tokens": "all tokens of the row, their mean",
};

export function VirtualAttentionPanel(props: AnswerPanelProps) {
  const [layer, setLayer] = useState<number | null>(null);
  const [head, setHead] = useState<number | null>(null);
  const input = { asked: props.asked, layer, head };
  return (
    <MeasureWhenOpened {...props} id="virtual-attention" input={input} waiting="Reading the attention of every layer…">
      {(found) => {
        const columns = found.virtual.map((word, place) => word?.text ?? `p${place + 1}`);
        return (
          <>
            <p className="field-help">
              In per cent of what {READERS[found.reader]}, gives to{" "}
              {found.apart ? "the virtual tokens, which are attended to apart" : "everything it sees"}; mean over{" "}
              {found.heads} heads. Where a token looks is not yet what that does to the answer.
            </p>
            <ShareTable
              name="Attention by layer"
              corner="layer"
              columns={columns}
              rows={found.layers.map((one) => ({ name: String(one.layer + 1), shares: one.shares }))}
            />
            <div className="field-grid">
              <SelectField
                label="Layer"
                value={String(found.layer)}
                choices={found.layers.map((one) => ({ value: String(one.layer), label: String(one.layer + 1) }))}
                onChange={(value) => setLayer(Number(value))}
              />
              <SelectField
                label="Head"
                value={found.head === null ? MEAN : String(found.head)}
                choices={[
                  { value: MEAN, label: "mean of all" },
                  ...Array.from({ length: found.heads }, (_, one) => ({ value: String(one), label: String(one + 1) })),
                ]}
                onChange={(value) => setHead(value === MEAN ? null : Number(value))}
              />
            </div>
            <ShareTable
              name="Attention by token"
              corner="token"
              columns={columns}
              rows={found.tokens.map(({ text }, token) => ({ name: text, shares: found.shares[token]! }))}
            />
          </>
        );
      }}
    </MeasureWhenOpened>
  );
}
