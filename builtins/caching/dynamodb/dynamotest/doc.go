// Package dynamotest gives tests a DynamoDB server, and a network to it that
// can be made to fail.
//
// The server is dynoxide, a program of one file that keeps tables in memory.
// The first test that needs it installs a pinned version by npm below the
// user's cache folder and checks what has come. To run the tests against
// another server (DynamoDB Local, an emulator of AWS, a table of one's own),
// name its URL in STARHOST_TEST_DYNAMODB_ENDPOINT, and region and credentials
// as for any AWS client.
package dynamotest
