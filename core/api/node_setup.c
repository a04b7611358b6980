// SPDX-License-Identifier: MIT
// From what people configure to what a node engine takes.

#include "api/node_setup.h"

#include "wire/wire.h"

#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void jam_node_note(char note[JAM_NOTE_SIZE], const char* const format, ...)
{
  va_list words;
  va_start(words, format);
  (void)vsnprintf(note, JAM_NOTE_SIZE, format, words);
  va_end(words);
}

static bool given(const char* const text)
{
  return text && text[0];
}

static JamStatus
explain_file(const JamStatus status, const char* const path, char* const note)
{
  if (status == JAM_ERR_FILE) {
    jam_node_note(note,
                  "The key file '%.120s' cannot be used: it must be a file "
                  "that only its owner can read (mode 0600).",
                  path);
  } else if (status == JAM_ERR_CRYPTO) {
    jam_node_note(note, "The file '%.120s' does not hold a node key.", path);
  } else if (status == JAM_ERR_NOT_FOUND) {
    jam_node_note(note, "There is no file '%.120s'.", path);
  }
  return status;
}

static JamStatus
read_text(const char* const text, uint8_t out[TOAST_KEY_SIZE], char* const note)
{
  size_t size = strlen(text);
  while (size > 0U && (text[size - 1U] == '\n' || text[size - 1U] == ' ')) {
    --size; // As files and terminals leave them
  }
  if (wire_base64_decode(text, size, out, TOAST_KEY_SIZE)) {
    return JAM_OK;
  }
  jam_node_note(note,
                "The cluster secret is not %u characters of base64url.",
                JAM_SECRET_SIZE - 1U);
  return JAM_ERR_CRYPTO;
}

static JamStatus read_cluster(const JamNodeConfig* const config,
                              SessionNodeConfig* const   out,
                              char* const                note)
{
  const JamStatus status =
    given(config->cluster_file)
      ? explain_file(io_key_read(config->cluster_file, out->cluster_secret),
                     config->cluster_file,
                     note)
      : read_text(config->cluster_secret, out->cluster_secret, note);
  if (status == JAM_OK) {
    out->clustered = true;
    toast_cluster_node_secret(out->cluster_secret, out->secret);
  }
  return status;
}

JamStatus jam_node_setup_key(const JamNodeConfig* const config,
                             const bool                 make_key,
                             NodeSetup* const           out,
                             char                       note[JAM_NOTE_SIZE])
{
  const int sources = (int)given(config->key_file) +
                      (int)given(config->cluster_file) +
                      (int)given(config->cluster_secret);
  JamStatus status = JAM_OK;
  if (sources > 1) {
    jam_node_note(note,
                  "A node takes its key from a key file, a cluster file or a "
                  "cluster secret: give one of them.");
    return JAM_ERR_ARGUMENT;
  }
  if (sources == 0) {
    status = io_random(out->session.secret, TOAST_KEY_SIZE);
  } else if (!given(config->key_file)) {
    status = read_cluster(config, &out->session, note);
  } else if (make_key) {
    status = explain_file(io_key_file(config->key_file, out->session.secret),
                          config->key_file,
                          note);
  } else {
    status = io_key_read(config->key_file, out->session.secret);
    if (status == JAM_ERR_NOT_FOUND) {
      return JAM_OK; // It would be made
    }
    (void)explain_file(status, config->key_file, note);
  }
  if (status == JAM_OK) {
    toast_public_key(out->session.secret, out->key);
  }
  return status;
}

static JamStatus read_addresses(const JamNodeConfig* const config,
                                SessionNodeConfig* const   out,
                                char* const                note)
{
  SessionHost hosts[SESSION_MAX_ADDRESSES];
  unsigned    count = 0U;
  if (!given(config->address)) {
    return JAM_OK;
  }
  if (io_hosts_parse(config->address, hosts, SESSION_MAX_ADDRESSES, &count) !=
      JAM_OK) {
    jam_node_note(note,
                  "'%.120s' is not HOST:PORT, such as jam.example.org:4460.",
                  config->address);
    return JAM_ERR_ARGUMENT;
  }
  for (unsigned i = 0U; i < count; ++i) {
    unsigned found = 0U;
    if (io_resolve(&hosts[i], &out->addresses[i], 1U, &found) != JAM_OK) {
      jam_node_note(note,
                    "The public address '%.120s' of this node cannot be found.",
                    hosts[i].name);
      return JAM_ERR_NOT_FOUND;
    }
  }
  out->address_count = count;
  return JAM_OK;
}

static JamStatus
read_peers(const char* const list, NodeSetup* const out, char* const note)
{
  unsigned count = 0U;
  if (!given(list)) {
    return JAM_OK;
  }
  if (!out->session.clustered) {
    jam_node_note(note,
                  "Nodes find each other only with a cluster secret: give "
                  "every node the same.");
    return JAM_ERR_ARGUMENT;
  }
  JamStatus status = io_hosts_parse(list,
                                    out->hosts + out->host_count,
                                    IO_MAX_PEERS - out->host_count,
                                    &count);
  for (unsigned i = 0U; i < count && status == JAM_OK; ++i) {
    const SessionHost* const host = &out->hosts[out->host_count + i];
    status = host->name[0] && host->port ? JAM_OK : JAM_ERR_ARGUMENT;
  }
  if (status == JAM_ERR_FULL) {
    jam_node_note(note, "There can be %u names of siblings.", IO_MAX_PEERS);
    return JAM_ERR_ARGUMENT;
  }
  if (status != JAM_OK) {
    jam_node_note(note,
                  "'%.120s' is not HOST:PORT of a sibling, such as "
                  "jam.internal:4460.",
                  list);
    return status;
  }
  out->host_count += count;
  return JAM_OK;
}

static JamStatus read_numbers(const JamNodeConfig* const config,
                              SessionNodeConfig* const   out,
                              char* const                note)
{
  if (config->max_users < 1U || config->max_users > 4096U ||
      config->node_id > 1023U) {
    jam_node_note(note,
                  "A node takes 1 to 4096 users and an id from 1 to 1023.");
    return JAM_ERR_ARGUMENT;
  }
  if (given(config->region)) {
    if (strlen(config->region) >= sizeof(out->region)) {
      jam_node_note(note, "'%.120s' is too long for a region.", config->region);
      return JAM_ERR_ARGUMENT;
    }
    strcpy(out->region, config->region);
  }
  out->max_users = config->max_users;
  out->node_id   = config->node_id;
  return io_random(out->seed, sizeof(out->seed));
}

JamStatus jam_node_setup(const JamNodeConfig* const config,
                         const bool                 make_key,
                         NodeSetup* const           out,
                         char                       note[JAM_NOTE_SIZE])
{
  memset(out, 0, sizeof(*out));
  note[0]          = '\0';
  JamStatus status = JAM_OK;
  if (config->size != sizeof(*config) || !config->listen) {
    return JAM_ERR_ARGUMENT;
  }
  status = read_numbers(config, &out->session, note);
  if (status == JAM_OK) {
    status = jam_node_setup_key(config, make_key, out, note);
  }
  if (status == JAM_OK) {
    status = read_peers(config->peers, out, note);
  }
  out->peer_count = out->host_count;
  if (status == JAM_OK) {
    status = read_peers(config->discover, out, note);
  }
  if (status == JAM_OK) {
    status = read_addresses(config, &out->session, note);
  }
  return status;
}
