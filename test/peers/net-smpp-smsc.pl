#!/usr/bin/perl
# An SMSC on Net::SMPP (Debian: libnet-smpp-perl), for net-smpp.test.ts. It listens on a free port of 127.0.0.1, serves
# each connection in a process of its own, and writes a JSON line for each PDU it reads; octets are in hexadecimal. The text of a
# submit_sm says what it does once it has answered.
use strict;
use warnings;
use JSON::PP;
use Net::SMPP;

$| = 1;
$SIG{PIPE} = $SIG{CHLD} = 'IGNORE';
my $json = JSON::PP->new->canonical->latin1;

sub say_that { print $json->encode($_[0]), "\n" }

sub receipt {
    my ($smsc, $submit, $id) = @_;
    $smsc->deliver_sm(
        async => 1, esm_class => 4,
        source_addr => $submit->{destination_addr}, destination_addr => $submit->{source_addr},
        short_message => "id:$id sub:001 dlvrd:001 submit date:2601010000 done date:2601010001 stat:DELIVRD err:000 text:",
        receipted_message_id => "$id\0", message_state => pack('C', 2), network_error_code => pack('Cn', 3, 0),
    );
}

my %does = (
    mo     => sub { $_[0]->deliver_sm(async => 1, source_addr => '456', destination_addr => '123', data_coding => 8,
                                      short_message => "\x20\xac", user_message_reference => pack('n', 513)) },
    data   => sub { $_[0]->data_sm(async => 1, source_addr => '456', destination_addr => '123',
                                   message_payload => 'x' x 3000) },
    ask    => sub { $_[0]->enquire_link(async => 1) },
    unbind => sub { $_[0]->unbind(async => 1) },
);

my $next_id = 0xfffffffe;
sub submitted {
    my ($smsc, $pdu) = @_;
    my $id = sprintf '%x', $next_id++;
    $smsc->submit_sm_resp(seq => $pdu->{seq}, message_id => $id);
    receipt($smsc, $pdu, $id) if $pdu->{registered_delivery} & 1;
    my $do = $does{$pdu->{short_message}};
    $do->($smsc) if $do;
}

sub bound {
    my ($smsc, $pdu, $answer) = @_;
    my $status = $pdu->{password} eq 'secret' ? 0 : 0x0e;
    $smsc->$answer(seq => $pdu->{seq}, status => $status, system_id => 'net-smpp', sc_interface_version => pack('C', 0x34));
}

my %answer = (
    bind_transceiver => sub { bound(@_, 'bind_transceiver_resp') },
    bind_transmitter => sub { bound(@_, 'bind_transmitter_resp') },
    bind_receiver    => sub { bound(@_, 'bind_receiver_resp') },
    submit_sm        => \&submitted,
    enquire_link     => sub { $_[0]->enquire_link_resp(seq => $_[1]{seq}) },
    unbind           => sub { $_[0]->unbind_resp(seq => $_[1]{seq}) },
);

my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34) or die "cannot listen: $!";
say_that({ listening => $listener->sockport });
while (my $smsc = $listener->accept) {
    next if fork;
    while (my $pdu = $smsc->read_pdu) {
        my $name = $pdu->explain_cmd;
        my %fields = map { $_ => $pdu->{$_} } grep { !/^(?:data|known_pdu|reserved|\d+)$/ } keys %$pdu;
        $fields{$_} = unpack 'H*', $fields{$_} for grep { defined $fields{$_} } qw(short_message message_payload
            user_message_reference source_port sar_msg_ref_num sar_total_segments sar_segment_seqnum);
        say_that({ %fields, cmd => $name });
        $answer{$name}->($smsc, $pdu) if $answer{$name};
    }
    exit;
}
