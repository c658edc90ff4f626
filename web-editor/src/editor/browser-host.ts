// The browser, as the core needs it.
import { rootPath } from "../common/document-name";
import type { Connect, Host } from "../core/host";

export function browserHost(): Host {
  return {
    clock: {
      now: () => performance.now(), // Date.now() jumps when the system's clock is set.
      schedule: (ms, action) => {
        const timer = setTimeout(action, ms);
        return () => clearTimeout(timer);
      },
    },
    network: {
      get isUp() {
        return navigator.onLine;
      },
      onWake: (listener) => {
        addEventListener("online", listener);
        addEventListener("offline", listener);
        document.addEventListener("visibilitychange", () => {
          if (!document.hidden) listener();
        });
      },
    },
    connect: webSocketTo(webSocketAddress()),
    newId: () => crypto.getRandomValues(new Uint32Array(4)).join("-"),
    report: (error) => console.error(error),
  };
}

function webSocketAddress(): string {
  const url = new URL(`${rootPath(location.pathname)}ws`, location.origin);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

function webSocketTo(url: string): Connect {
  return ({ onOpen, onMessage, onClose }) => {
    const webSocket = new WebSocket(url);
    webSocket.onopen = onOpen;
    webSocket.onmessage = (event: MessageEvent<string>) => onMessage(event.data);
    webSocket.onclose = onClose;
    return {
      send: (message) => {
        if (webSocket.readyState === WebSocket.OPEN) webSocket.send(message);
      },
      close: () => {
        webSocket.onopen = webSocket.onmessage = webSocket.onclose = null;
        webSocket.close();
      },
    };
  };
}
