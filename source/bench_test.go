package source

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// benchRecord is a record of the usual size and shape, about 1.2 kB.
const benchRecord = `{"eventVersion":"1.08","userIdentity":{"type":"AssumedRole","principalId":"AROAEXAMPLEID:session-%06d","arn":"arn:aws:sts::123456789012:assumed-role/Deploy/session","accountId":"123456789012","accessKeyId":"ASIAEXAMPLEKEY","sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROAEXAMPLEID","arn":"arn:aws:iam::123456789012:role/Deploy","accountId":"123456789012","userName":"Deploy"},"webIdFederationData":{},"attributes":{"creationDate":"2023-07-10T11:42:24Z","mfaAuthenticated":"false"}}},"eventTime":"2023-07-10T11:45:03Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"us-east-1","sourceIPAddress":"203.0.113.7","userAgent":"[aws-cli/2.12.0 Python/3.11.4 Linux/5.15 exe/x86_64.ubuntu.22]","requestParameters":{"bucketName":"example-bucket","Host":"s3.amazonaws.com","key":"logs/2023/07/10/part-0001.json"},"responseElements":null,"additionalEventData":{"SignatureVersion":"SigV4","bytesTransferredIn":2048,"bytesTransferredOut":0,"AuthenticationMethod":"AuthHeader"},"requestID":"EXAMPLEREQUEST","eventID":"1a2b3c4d-0000-1111-2222-333344445555","readOnly":false,"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"123456789012","eventCategory":"Data"}`

func BenchmarkFiles(b *testing.B) {
	const records = 20_000
	var all []string
	for i := range records {
		all = append(all, fmt.Sprintf(benchRecord, i))
	}
	lines := strings.Join(all, "\n")
	array := `{"Records":[` + strings.Join(all, ",") + `]}`
	small := strings.Repeat(`{"ts":1688989503,"src":"10.0.0.1","dst":"10.0.0.2","port":443,"ok":true}`+"\n", records)
	for _, bench := range []struct {
		name string
		text string
		data []byte
	}{
		{"lines", lines, []byte(lines)},
		{"lines of 70 bytes", small, []byte(small)},
		{"Records", array, []byte(array)},
		{"gzip", lines, gzipped(lines)},
		{"zstd", lines, zstded(lines)},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.SetBytes(int64(len(bench.text)))
			b.ReportAllocs()
			for b.Loop() {
				f := &Files{Stdin: bytes.NewReader(bench.data)}
				n := 0
				for {
					if _, err := f.Next(b.Context()); err == io.EOF {
						break
					} else if err != nil {
						b.Fatal(err)
					}
					n++
				}
				if n != records {
					b.Fatalf("got %d records", n)
				}
			}
			b.ReportMetric(float64(records)*float64(b.N)/b.Elapsed().Seconds(), "records/s")
		})
	}
}

func BenchmarkScan(b *testing.B) {
	data := fmt.Appendf(nil, benchRecord, 1)
	var s scanner
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		s.begin(true)
		if _, v := s.scan(data); v != done {
			b.Fatal(v)
		}
	}
}
