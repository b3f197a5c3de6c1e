/**
 * Send one file. XMLHttpRequest, because fetch tells nothing about how far an upload has come.
 *
 * @param {{ url: string, file: File, token: string,
 *   onProgress: (percent: number) => void }} order
 * @returns {Promise<{ status: number, url: string, text: string, isHtml: boolean }>} the answer;
 *   rejects when the connection failed
 */
export function sendFile({ url, file, token, onProgress }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(Math.floor((event.loaded / event.total) * 100));
    });
    request.addEventListener("load", () => resolve(answer(request)));
    request.addEventListener("error", () => reject(new Error("lost")));
    request.open("POST", url);
    request.setRequestHeader("X-CSRFToken", token);
    request.setRequestHeader("HX-Request", "true");
    const body = new FormData();
    body.append("file", file);
    request.send(body);
  });
}

function answer(request) {
  const isHtml = (request.getResponseHeader("Content-Type") ?? "").startsWith("text/html");
  const { status, responseURL, responseText } = request;
  return { status, url: responseURL, text: responseText, isHtml };
}
