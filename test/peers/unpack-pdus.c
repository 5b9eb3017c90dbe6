/*
 * Unpacks PDUs with libsmpp34 (Debian: libsmpp34-dev), for libsmpp34.test.ts. A PDU a line in hexadecimal on stdin; for
 * each a line on stdout: what was read as name=value words in the order of the wire, numbers and strings in hexadecimal,
 * or `refused` and the reason. The library describes every PDU in macros, and so does this what is printed of them.
 */
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <smpp34.h>
#include <smpp34_structs.h>
#include <smpp34_params.h>
#include <def_frame/alert_notification.tlv>
#include <def_frame/bind_receiver_resp.tlv>
#include <def_frame/bind_transceiver_resp.tlv>
#include <def_frame/bind_transmitter_resp.tlv>
#include <def_frame/data_sm.tlv>
#include <def_frame/data_sm_resp.tlv>
#include <def_frame/deliver_sm.tlv>
#include <def_frame/submit_multi.dad>
#include <def_frame/submit_multi.tlv>
#include <def_frame/submit_multi_resp.udad>
#include <def_frame/submit_sm.tlv>

static void octets(const char *name, const uint8_t *value, size_t length)
{
    /* The value of a TLV is a union: value.val08, value.octet, ... */
    printf("%.*s=", (int)strcspn(name, "."), name);
    for (size_t i = 0; i < length; i++) printf("%02x", value[i]);
    putchar(' ');
}

static void number(const char *name, uint32_t value, size_t length)
{
    uint32_t ordered = htonl(value);
    octets(name, (const uint8_t *)&ordered + 4 - length, length);
}

#include <def_frame/clean.frame>
#define instancia t1->
#define U32(inst, par, text) number(#par, inst par, 4);
#define U16(inst, par, text) number(#par, inst par, 2);
#define U08(inst, par, text) number(#par, inst par, 1);
#define C_OCTET(inst, par, size) octets(#par, inst par, strlen((char *)(inst par)));
#define O_C_OCTET(inst, par, size) if (inst command_length > 16) C_OCTET(inst, par, size)
#define OCTET8(inst, par, size, measure) octets(#par, inst par, measure);
#define OCTET16(inst, par, size) octets(#par, inst par, inst length);
#define TLV(inst, par, each) for (tlv_t *it = inst par; it; it = it->next) { each(it) }
#define DAD(inst, par, each) for (dad_t *it = inst par; it; it = it->next) { each(it) }
#define UDAD(inst, par, each) for (udad_t *it = inst par; it; it = it->next) { each(it) }
#define PUTLOG(...)

static int show(uint32_t type, void *tt)
{
#include <def_list/smpp34_protocol.def>
    return 0;
}

int main(void)
{
    static char line[300000];
    static uint8_t pdu[150000], unpacked[8192];
    while (fgets(line, sizeof line, stdin)) {
        size_t length = strcspn(line, "\n") / 2;
        for (size_t i = 0; i < length; i++) sscanf(line + 2 * i, "%2hhx", pdu + i);
        memset(unpacked, 0, sizeof unpacked);
        if (smpp34_unpack2(unpacked, pdu, (int)length) != 0)
            printf("refused %s", smpp34_strerror);
        else
            show(ntohl(*(uint32_t *)(pdu + 4)), unpacked);
        putchar('\n');
    }
    return 0;
}
