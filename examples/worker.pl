#!/usr/bin/env perl
# A vimap worker: a JSON record a line in, a JSON answer a line out, in the same order.
#
#   vimap -j2 examples/sample.jsonl -- perl examples/worker.pl
#
# $| = 1 hands over each answer at once. JSON::PP comes with Perl; JSON::XS has the same methods and
# is many times as fast. What dies here makes the record an exception with the message.
use strict;
use warnings;
use JSON::PP;

$| = 1;
my $json = JSON::PP->new->utf8->canonical;

while (my $line = <STDIN>) {
    my $record = $json->decode($line);
    my @words = split ' ', $record->{text} // die "no text\n";
    print $json->encode({ name => $record->{name}, words => scalar @words }), "\n";
}
