/** A model of the Hub by its name. */

import { lookUpModel } from "../actions/model";
import { HubLookup } from "../fields/HubLookup";
import { useStudio } from "../store/store";

export function HubTab() {
  const { looking, downloading, opening } = useStudio((state) => state.model);
  return (
    <HubLookup
      label="Model"
      noun="models"
      placeholder="HuggingFaceTB/SmolLM2-135M"
      learned="They learn the model's name, never your data; no other request leaves this page."
      disabled={looking !== null || downloading !== null || opening !== null}
      onLookUp={({ name, token, address }) => void lookUpModel(name, token, address)}
    />
  );
}
