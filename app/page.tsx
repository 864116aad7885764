export default function Page() {
  return <h1>Vision</h1>
}
