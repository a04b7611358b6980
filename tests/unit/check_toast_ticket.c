// SPDX-License-Identifier: MIT
// Tickets: who may read them, for how long, and how a caller comes by them.

#include "unit/check_toast_cluster.h"

#define HOUR_US INT64_C(3600000000)
#define SECOND_US INT64_C(1000000)

static const uint8_t cluster_secret[TOAST_KEY_SIZE] = {9};

static ToastTicketContent content(void)
{
  ToastTicketContent out = {{{1, 2, 3, 4, 5, 6, 7, 8}, 77U}, {0}};
  memset(out.secret, 0x5a, sizeof(out.secret));
  return out;
}

static void seal(const int64_t utc_us, uint8_t out[TOAST_TICKET_SIZE])
{
  const ToastTicketContent in = content();
  ToastDrbg                drbg;
  const uint8_t            seed[32] = {1};
  toast_drbg_init(&drbg, seed);
  toast_ticket_seal(cluster_secret, &drbg, utc_us, &in, out);
}

START_TEST(siblings_read_what_was_written)
{
  uint8_t                  ticket[TOAST_TICKET_SIZE];
  const int64_t            utc = 400000 * HOUR_US + 17;
  const ToastTicketContent in  = content();
  ToastTicketContent       out;
  seal(utc, ticket);
  ck_assert_int_eq(toast_ticket_open(cluster_secret, utc, ticket, &out),
                   JAM_OK);
  ck_assert_mem_eq(out.identity.id, in.identity.id, TOAST_ID_SIZE);
  ck_assert_uint_eq(out.identity.epoch, 77U);
  ck_assert_mem_eq(out.secret, in.secret, TOAST_KEY_SIZE);
}

END_TEST

START_TEST(tickets_hold_ten_minutes_at_any_time_of_the_hour)
{
  for (int64_t minute = 0; minute < 125; ++minute) {
    uint8_t            ticket[TOAST_TICKET_SIZE];
    ToastTicketContent out;
    const int64_t      utc = 400000 * HOUR_US + minute * 60 * SECOND_US;
    seal(utc, ticket);
    for (int64_t age = -1; age <= 599; age += 20) {
      ck_assert_int_eq(
        toast_ticket_open(cluster_secret, utc + age * SECOND_US, ticket, &out),
        JAM_OK);
    }
    for (int64_t age = 602; age < 8000; age += 100) {
      ck_assert_int_eq(
        toast_ticket_open(cluster_secret, utc + age * SECOND_US, ticket, &out),
        JAM_ERR_STATE);
    }
    ck_assert_int_eq(
      toast_ticket_open(cluster_secret, utc - 4 * SECOND_US, ticket, &out),
      JAM_ERR_STATE);
  }
}

END_TEST

START_TEST(every_flipped_bit_of_a_ticket_is_noticed)
{
  uint8_t            ticket[TOAST_TICKET_SIZE];
  ToastTicketContent out;
  const int64_t      utc = 400000 * HOUR_US + 60 * SECOND_US;
  seal(utc, ticket);
  for (size_t bit = 0U; bit < 8U * sizeof(ticket); ++bit) {
    ticket[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
    ck_assert_int_ne(toast_ticket_open(cluster_secret, utc, ticket, &out),
                     JAM_OK);
    ticket[bit / 8U] ^= (uint8_t)(1U << (bit % 8U));
  }
}

END_TEST

START_TEST(another_clusters_tickets_are_worth_nothing)
{
  uint8_t            ticket[TOAST_TICKET_SIZE];
  ToastTicketContent out;
  uint8_t            other[TOAST_KEY_SIZE] = {10};
  seal(400000 * HOUR_US, ticket);
  ck_assert_int_eq(toast_ticket_open(other, 400000 * HOUR_US, ticket, &out),
                   JAM_ERR_CRYPTO);
}

END_TEST

START_TEST(a_caller_gets_a_ticket_and_its_renewals)
{
  Cluster* const     cluster = cluster_new(1U);
  ToastTicket        ticket;
  ToastTicket        next;
  ToastIdentity      identity;
  ToastIdentity      known;
  const ToastSession session = cluster_join(cluster, 1U, &ticket);
  ck_assert_uint_eq(ticket.number, 1U);
  const int64_t told =
    ticket.utc_us - cluster->utc_us - jam_time_to_us(ticket.received);
  ck_assert_int_le(llabs(told), 10000); // The way here
  ck_assert(toast_identity(cluster->ends[0], session, &identity));
  ck_assert(
    toast_identity(cluster->ends[1], cluster_newest(cluster, 1U), &known));
  ck_assert_mem_eq(identity.id, known.id, TOAST_ID_SIZE);
  ck_assert_uint_eq(identity.epoch, 0U);

  cluster_run(cluster, 58 * JAM_SECOND);
  ck_assert(toast_ticket(cluster->ends[0], session, &next));
  ck_assert_mem_eq(next.data, ticket.data, TOAST_TICKET_SIZE);
  cluster_run(cluster, 2 * JAM_SECOND);
  ck_assert(toast_ticket(cluster->ends[0], session, &next));
  ck_assert_uint_eq(next.number, 2U);
  ck_assert_mem_ne(next.data, ticket.data, TOAST_TICKET_SIZE);
  ck_assert_mem_eq(next.secret, ticket.secret, TOAST_KEY_SIZE);
  cluster_run(cluster, 600 * JAM_SECOND);
  ck_assert(toast_ticket(cluster->ends[0], session, &next));
  ck_assert_uint_eq(next.number, 12U);
  cluster_free(cluster);
}

END_TEST

static unsigned tickets_sent(const Cluster* const cluster)
{
  unsigned count = 0U;
  for (unsigned i = 0U; i < cluster->recorded; ++i) {
    count += cluster->record[i].from == 1U &&
             (cluster->record[i].data[0] & TOAST_WIRE_SHORT) &&
             cluster->record[i].size >= TOAST_WIRE_TICKET_SIZE;
  }
  return count;
}

START_TEST(a_ticket_is_repeated_until_it_arrives_and_no_longer)
{
  Cluster* const     cluster = cluster_new(2U);
  const ToastAddress node    = cluster_address(1U);
  ToastSession       session = 0U;
  ToastTicket        ticket;
  ck_assert_int_eq(toast_connect(cluster->ends[0],
                                 cluster->now,
                                 &node,
                                 cluster->node_key,
                                 &session),
                   JAM_OK);
  cluster_run(cluster, 25 * JAM_MS); // What opens the session is on its way
  cluster->loss = 0.5;
  cluster_run(cluster, 5 * JAM_SECOND);
  ck_assert(toast_ticket(cluster->ends[0], session, &ticket));
  cluster->loss = 0.0;
  cluster_run(cluster, JAM_SECOND);
  const unsigned before = tickets_sent(cluster);
  cluster_run(cluster, 50 * JAM_SECOND);
  ck_assert_uint_eq(tickets_sent(cluster), before);
  cluster_free(cluster);
}

END_TEST

START_TEST(without_utc_there_are_no_tickets)
{
  Cluster* const     cluster = cluster_new(3U);
  const ToastAddress node    = cluster_address(1U);
  ToastSession       session = 0U;
  ToastTicket        ticket;
  cluster->ends[1]->has_utc = false;
  ck_assert_int_eq(toast_connect(cluster->ends[0],
                                 cluster->now,
                                 &node,
                                 cluster->node_key,
                                 &session),
                   JAM_OK);
  cluster_run(cluster, 5 * JAM_SECOND);
  ck_assert(!toast_ticket(cluster->ends[0], session, &ticket));
  toast_set_utc(cluster->ends[1], cluster->now, cluster->utc_us);
  cluster_run(cluster, 2 * JAM_SECOND);
  ck_assert(toast_ticket(cluster->ends[0], session, &ticket));
  cluster_free(cluster);
}

END_TEST

int main(void)
{
  Suite* const suite = suite_create("toast_ticket");
  TCase* const tcase = tcase_create("ticket");
  tcase_set_timeout(tcase, 60.0);
  tcase_add_test(tcase, siblings_read_what_was_written);
  tcase_add_test(tcase, tickets_hold_ten_minutes_at_any_time_of_the_hour);
  tcase_add_test(tcase, every_flipped_bit_of_a_ticket_is_noticed);
  tcase_add_test(tcase, another_clusters_tickets_are_worth_nothing);
  tcase_add_test(tcase, a_caller_gets_a_ticket_and_its_renewals);
  tcase_add_test(tcase, a_ticket_is_repeated_until_it_arrives_and_no_longer);
  tcase_add_test(tcase, without_utc_there_are_no_tickets);
  suite_add_tcase(suite, tcase);
  return cluster_main(suite);
}
