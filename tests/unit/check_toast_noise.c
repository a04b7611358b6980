// SPDX-License-Identifier: MIT
// The handshake against public vectors, and against damage.

#include "toast/noise.h"

#include <cjson/cJSON.h>
#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES 256U

typedef struct Bytes {
  uint8_t data[MAX_BYTES];
  size_t  size;
} Bytes;

static cJSON* load(void)
{
  static char text[65536];
  FILE* const file = fopen(JAM_VECTORS "/noise.json", "rb");
  ck_assert_ptr_nonnull(file);
  const size_t size = fread(text, 1U, sizeof(text) - 1U, file);
  text[size]        = '\0';
  (void)fclose(file);
  cJSON* const root = cJSON_Parse(text);
  ck_assert_ptr_nonnull(root);
  return root;
}

static Bytes bytes_of(const cJSON* const object, const char* const name)
{
  Bytes             out = {{0}, 0U};
  const char* const text =
    cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
  ck_assert_ptr_nonnull(text);
  ck_assert_int_eq(sodium_hex2bin(out.data,
                                  MAX_BYTES,
                                  text,
                                  strlen(text),
                                  NULL,
                                  &out.size,
                                  NULL),
                   0);
  return out;
}

static Bytes psk_of(const cJSON* const vector, const char* const name)
{
  const cJSON* const list = cJSON_GetObjectItemCaseSensitive(vector, name);
  cJSON* const       wrap = cJSON_CreateObject();
  (void)cJSON_AddStringToObject(
    wrap,
    "psk",
    cJSON_GetStringValue(cJSON_GetArrayItem(list, 0)));
  const Bytes out = bytes_of(wrap, "psk");
  cJSON_Delete(wrap);
  return out;
}

static void init_shared(const cJSON* const vector, NoiseState sides[2])
{
  const Bytes pro = bytes_of(vector, "init_prologue");
  toast_noise_init_shared(&sides[0],
                          true,
                          pro.data,
                          pro.size,
                          psk_of(vector, "init_psks").data,
                          bytes_of(vector, "init_ephemeral").data);
  toast_noise_init_shared(&sides[1],
                          false,
                          pro.data,
                          pro.size,
                          psk_of(vector, "resp_psks").data,
                          bytes_of(vector, "resp_ephemeral").data);
}

static void init_both(const cJSON* const vector, NoiseState sides[2])
{
  const Bytes pro = bytes_of(vector, "init_prologue");
  if (cJSON_GetObjectItemCaseSensitive(vector, "init_psks")) {
    init_shared(vector, sides);
    return;
  }
  toast_noise_init_initiator(&sides[0],
                             pro.data,
                             pro.size,
                             bytes_of(vector, "init_remote_static").data,
                             bytes_of(vector, "init_ephemeral").data);
  toast_noise_init_responder(&sides[1],
                             pro.data,
                             pro.size,
                             bytes_of(vector, "resp_static").data,
                             bytes_of(vector, "resp_ephemeral").data);
}

static void check_transport(const Bytes* const   payload,
                            const Bytes* const   sealed,
                            const uint8_t* const key,
                            const uint8_t        count)
{
  uint8_t            nonce[12] = {0};
  uint8_t            out[MAX_BYTES];
  unsigned long long size = 0U;
  nonce[4]                = count;
  (void)crypto_aead_chacha20poly1305_ietf_encrypt(out,
                                                  &size,
                                                  payload->data,
                                                  payload->size,
                                                  NULL,
                                                  0U,
                                                  NULL,
                                                  nonce,
                                                  key);
  ck_assert_uint_eq(size, sealed->size);
  ck_assert_mem_eq(out, sealed->data, sealed->size);
}

static void check_vector(const cJSON* const vector)
{
  NoiseState sides[2];
  uint8_t    keys[2][NOISE_KEY_SIZE];
  int        index = 0;
  init_both(vector, sides);

  const cJSON* message = NULL;
  cJSON_ArrayForEach(message,
                     cJSON_GetObjectItemCaseSensitive(vector, "messages"))
  {
    const Bytes payload = bytes_of(message, "payload");
    const Bytes sealed  = bytes_of(message, "ciphertext");
    uint8_t     out[MAX_BYTES];
    if (index < 2) {
      ck_assert_int_eq(
        toast_noise_write(&sides[index], payload.data, payload.size, out),
        JAM_OK);
      ck_assert_uint_eq(payload.size + NOISE_OVERHEAD, sealed.size);
      ck_assert_mem_eq(out, sealed.data, sealed.size);
      ck_assert_int_eq(
        toast_noise_read(&sides[1 - index], sealed.data, sealed.size, out),
        JAM_OK);
      ck_assert_mem_eq(out, payload.data, payload.size);
    } else {
      toast_noise_split(&sides[0], keys[0], keys[1]);
      check_transport(&payload,
                      &sealed,
                      keys[index % 2],
                      (uint8_t)((index - 2) / 2));
    }
    ++index;
  }
  const Bytes hash = bytes_of(vector, "handshake_hash");
  ck_assert_mem_eq(sides[0].hash, hash.data, NOISE_HASH_SIZE);
  ck_assert_mem_eq(sides[1].hash, hash.data, NOISE_HASH_SIZE);
}

START_TEST(public_vectors_are_met)
{
  cJSON* const root    = load();
  unsigned     checked = 0U;
  const cJSON* vector  = NULL;
  cJSON_ArrayForEach(vector, cJSON_GetObjectItemCaseSensitive(root, "vectors"))
  {
    const char* const name = cJSON_GetStringValue(
      cJSON_GetObjectItemCaseSensitive(vector, "protocol_name"));
    if (!strcmp(name, "Noise_NK_25519_ChaChaPoly_BLAKE2b") ||
        !strcmp(name, "Noise_NNpsk0_25519_ChaChaPoly_BLAKE2b")) {
      check_vector(vector);
      ++checked;
    }
  }
  ck_assert_uint_eq(checked, 2U);
  cJSON_Delete(root);
}

END_TEST

static void pair(NoiseState sides[2], const uint8_t* const prologue)
{
  uint8_t secret[NOISE_KEY_SIZE];
  uint8_t public_key[NOISE_KEY_SIZE];
  uint8_t ephemeral[NOISE_KEY_SIZE];
  memset(secret, 3, sizeof(secret));
  memset(ephemeral, 4, sizeof(ephemeral));
  (void)crypto_scalarmult_base(public_key, secret);
  toast_noise_init_initiator(&sides[0], prologue, 4U, public_key, ephemeral);
  memset(ephemeral, 5, sizeof(ephemeral));
  toast_noise_init_responder(&sides[1], prologue, 4U, secret, ephemeral);
}

START_TEST(every_flipped_bit_of_a_message_is_noticed)
{
  NoiseState    sides[2];
  uint8_t       message[NOISE_OVERHEAD + 4U];
  uint8_t       out[4];
  const uint8_t payload[4] = {1, 2, 3, 4};
  pair(sides, payload);
  ck_assert_int_eq(toast_noise_write(&sides[0], payload, 4U, message), JAM_OK);
  for (size_t bit = 0U; bit < 8U * sizeof(message); ++bit) {
    NoiseState reader = sides[1];
    message[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
    ck_assert_int_eq(toast_noise_read(&reader, message, sizeof(message), out),
                     JAM_ERR_CRYPTO);
    message[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
  }
}

END_TEST

START_TEST(another_shared_secret_is_noticed)
{
  NoiseState sides[2];
  uint8_t    message[NOISE_OVERHEAD];
  uint8_t    secret[NOISE_KEY_SIZE] = {1};
  uint8_t    out[1];
  toast_noise_init_shared(&sides[0], true, secret, 4U, secret, secret);
  const uint8_t prologue[4] = {1};
  secret[31]                = 1U;
  toast_noise_init_shared(&sides[1], false, prologue, 4U, secret, secret);
  ck_assert_int_eq(toast_noise_write(&sides[0], out, 0U, message), JAM_OK);
  ck_assert_int_eq(toast_noise_read(&sides[1], message, sizeof(message), out),
                   JAM_ERR_CRYPTO);
}

END_TEST

START_TEST(both_sides_export_the_same_secret)
{
  NoiseState sides[2];
  uint8_t    message[NOISE_OVERHEAD] = {0};
  uint8_t    out[4][NOISE_KEY_SIZE]  = {{0}};
  pair(sides, message);
  for (unsigned i = 0U; i < 2U; ++i) {
    ck_assert_int_eq(toast_noise_write(&sides[i], out[0], 0U, message), JAM_OK);
    ck_assert_int_eq(
      toast_noise_read(&sides[1U - i], message, sizeof(message), out[0]),
      JAM_OK);
  }
  toast_noise_export(&sides[0], "a", out[0]);
  toast_noise_export(&sides[1], "a", out[1]);
  toast_noise_split(&sides[0], out[2], out[3]);
  ck_assert_mem_eq(out[0], out[1], NOISE_KEY_SIZE);
  ck_assert_mem_ne(out[0], out[2], NOISE_KEY_SIZE);
  ck_assert_mem_ne(out[0], out[3], NOISE_KEY_SIZE);
  toast_noise_export(&sides[0], "b", out[1]);
  ck_assert_mem_ne(out[0], out[1], NOISE_KEY_SIZE);
}

END_TEST

START_TEST(another_prologue_is_noticed)
{
  NoiseState    sides[2];
  NoiseState    other[2];
  uint8_t       message[NOISE_OVERHEAD];
  uint8_t       out[1];
  const uint8_t one[4] = {1, 2, 3, 4};
  const uint8_t two[4] = {1, 2, 3, 5};
  pair(sides, one);
  pair(other, two);
  ck_assert_int_eq(toast_noise_write(&sides[0], out, 0U, message), JAM_OK);
  ck_assert_int_eq(toast_noise_read(&other[1], message, sizeof(message), out),
                   JAM_ERR_CRYPTO);
}

END_TEST

START_TEST(keys_of_small_order_are_refused)
{
  NoiseState    state;
  uint8_t       message[NOISE_OVERHEAD];
  const uint8_t zero[NOISE_KEY_SIZE] = {0};
  uint8_t       ephemeral[NOISE_KEY_SIZE];
  memset(ephemeral, 9, sizeof(ephemeral));
  toast_noise_init_initiator(&state, zero, 4U, zero, ephemeral);
  ck_assert_int_eq(toast_noise_write(&state, zero, 0U, message),
                   JAM_ERR_CRYPTO);
}

END_TEST

START_TEST(short_messages_are_refused)
{
  NoiseState    sides[2];
  const uint8_t message[NOISE_OVERHEAD] = {0};
  uint8_t       out[NOISE_OVERHEAD];
  pair(sides, message);
  for (size_t size = 0U; size < NOISE_OVERHEAD; ++size) {
    NoiseState reader = sides[1];
    ck_assert_int_eq(toast_noise_read(&reader, message, size, out),
                     JAM_ERR_CRYPTO);
  }
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("toast_noise");
  TCase* const tcase = tcase_create("noise");
  tcase_add_test(tcase, public_vectors_are_met);
  tcase_add_test(tcase, every_flipped_bit_of_a_message_is_noticed);
  tcase_add_test(tcase, another_shared_secret_is_noticed);
  tcase_add_test(tcase, both_sides_export_the_same_secret);
  tcase_add_test(tcase, another_prologue_is_noticed);
  tcase_add_test(tcase, keys_of_small_order_are_refused);
  tcase_add_test(tcase, short_messages_are_refused);
  suite_add_tcase(suite, tcase);
  SRunner* const runner = srunner_create(suite);
  srunner_run_all(runner, CK_NORMAL);
  const int failed = srunner_ntests_failed(runner);
  srunner_free(runner);
  return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
