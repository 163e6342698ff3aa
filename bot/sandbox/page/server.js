// The way to the sandbox: what people do goes out, what changes in their chats comes in.

import { toast } from "./notes.js";

export const chats = new Map(); // person's id -> what the server has told of the chat
let events;

/** Follow these people's chats. `told(id, fresh)` is called after each change, `fresh` with its new messages. */
export function follow(people, { told, lost }) {
  events?.close();
  const query = people.map(({ id, language, name }) => ["person", `${id}:${language}:${name}`]);
  events = new EventSource(`/events?${new URLSearchParams(query)}`);
  events.onopen = () => chats.clear(); // all is told anew
  events.onmessage = ({ data }) => {
    const { person, messages = {}, ...rest } = JSON.parse(data);
    const id = String(person);
    const known = chats.get(id);
    const chat = Object.assign(known ?? { messages: new Map() }, rest);
    const added = Object.values(messages).filter((message) => message && !chat.messages.has(message.id));
    for (const [number, message] of Object.entries(messages)) {
      if (message) chat.messages.set(message.id, message);
      else chat.messages.delete(Number(number));
    }
    chats.set(id, chat);
    told(id, known ? added : []);
  };
  events.onerror = lost;
}

/** Each file has an address of its own: a browser shows the picture it has again where that is the same. */
export const fileOf = (person, { id, file }) => `/chat/${person}/file/${id}?${file.id}`;

export function post(person, what, body) {
  return call(person, what, {
    headers: { "content-type": "application/json" }, body: JSON.stringify(body),
  });
}

/** The reply; null when there was none, which is told. */
export async function call(person, what, options) {
  const reply = await fetch(`/chat/${person}/${what}`, { method: "POST", ...options }).catch(() => null);
  if (reply?.ok) return reply.json();
  toast(reply ? await reply.text() : "The sandbox cannot be reached. Is it still running?");
  return null;
}
