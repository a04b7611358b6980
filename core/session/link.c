// SPDX-License-Identifier: MIT
// Invite links: one line of text that opens one room.

#include "session/session.h"

#include "wire/wire.h"

#include <string.h>

#define SCHEME "jamnet://"
#define KEY_CHARACTERS 43U // 32 bytes in base64url

static bool is_space(const char c)
{
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
port_parse(const char* const text, const size_t size, uint16_t* const out)
{
  unsigned port = 0U;
  for (size_t i = 0U; i < size; ++i) {
    if (text[i] < '0' || text[i] > '9' || i > 4U) {
      return false;
    }
    port = port * 10U + (unsigned)(text[i] - '0');
  }
  *out = (uint16_t)port;
  return size > 0U && port < 65536U;
}

static bool name_valid(const char* const name, const size_t size)
{
  for (size_t i = 0U; i < size; ++i) {
    const char c = name[i];
    if (c <= ' ' || c > '~' || strchr("/,#@?[]\"\\<>", c)) {
      return false;
    }
  }
  return true;
}

bool session_host_parse(const char* const  text,
                        const size_t       size,
                        SessionHost* const out)
{
  size_t colon = size;
  for (size_t i = 0U; i < size; ++i) {
    if (text[i] == ':') {
      colon = i; // The last one: an IPv6 address has more
    }
  }
  if (colon == size) {
    return false;
  }
  const char* name   = text;
  size_t      length = colon;
  if (length >= 2U && name[0] == '[' && name[length - 1U] == ']') {
    ++name;
    length -= 2U;
  } else if (memchr(name, ':', length)) {
    return false; // An IPv6 address needs its brackets
  }
  if (length >= SESSION_MAX_HOST || !name_valid(name, length)) {
    return false;
  }
  memset(out, 0, sizeof(*out));
  memcpy(out->name, name, length);
  return port_parse(text + colon + 1U, size - colon - 1U, &out->port);
}

bool session_hosts_parse(const char* text, size_t size, SessionLink* const out)
{
  while (size > 0U) {
    const char* const comma  = memchr(text, ',', size);
    const size_t      length = comma ? (size_t)(comma - text) : size;
    if (out->host_count >= SESSION_MAX_ADDRESSES ||
        !session_host_parse(text, length, &out->hosts[out->host_count]) ||
        !out->hosts[out->host_count].name[0] ||
        !out->hosts[out->host_count].port) {
      return false;
    }
    ++out->host_count;
    text += length + (comma ? 1U : 0U);
    size -= length + (comma ? 1U : 0U);
  }
  return out->host_count > 0U;
}

JamStatus session_link_parse(const char* text, SessionLink* const out)
{
  memset(out, 0, sizeof(*out));
  while (is_space(*text)) {
    ++text;
  }
  size_t size = strlen(text);
  while (size > 0U && is_space(text[size - 1U])) {
    --size;
  }
  if (size > JAM_LINK_SIZE || strncmp(text, SCHEME, strlen(SCHEME)) != 0) {
    return JAM_ERR_FORMAT;
  }
  text += strlen(SCHEME);
  size -= strlen(SCHEME);

  const char* const slash  = memchr(text, '/', size);
  const size_t      before = slash ? (size_t)(slash - text) : 0U;
  const bool        fits   = slash && slash[1] == '#' &&
                    size - before == 2U + KEY_CHARACTERS + 1U + KEY_CHARACTERS;
  if (!fits || !session_hosts_parse(text, before, out)) {
    return JAM_ERR_FORMAT;
  }
  const char* const key    = slash + 2;
  const char* const secret = key + KEY_CHARACTERS + 1U;
  const bool        valid =
    key[KEY_CHARACTERS] == '.' &&
    wire_base64_decode(key, KEY_CHARACTERS, out->node_key, TOAST_KEY_SIZE) &&
    wire_base64_decode(secret,
                       KEY_CHARACTERS,
                       out->room_secret,
                       TOAST_KEY_SIZE);
  return valid ? JAM_OK : JAM_ERR_FORMAT;
}

size_t session_link_write(const SessionLink* const link,
                          char* const              out,
                          const size_t             capacity)
{
  WireWriter writer;
  wire_writer_init(&writer, out, capacity);
  wire_put(&writer, SCHEME);
  for (unsigned i = 0U; i < link->host_count; ++i) {
    const SessionHost* const host = &link->hosts[i];
    const bool               v6   = strchr(host->name, ':') != NULL;
    wire_put(&writer, i ? "," : "");
    wire_put(&writer, v6 ? "[" : "");
    wire_put(&writer, host->name);
    wire_put(&writer, v6 ? "]:" : ":");
    wire_put_int(&writer, host->port);
  }
  char key[KEY_CHARACTERS + 1U];
  wire_put(&writer, "/#");
  (void)wire_base64_encode(link->node_key, TOAST_KEY_SIZE, key, sizeof(key));
  wire_put(&writer, key);
  wire_put(&writer, ".");
  (void)wire_base64_encode(link->room_secret, TOAST_KEY_SIZE, key, sizeof(key));
  wire_put(&writer, key);
  wire_put_bytes(&writer, "", 1U); // Terminator
  const size_t size = wire_writer_size(&writer);
  return size ? size - 1U : 0U;
}
